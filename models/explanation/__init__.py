"""Why a settlement is as it is: prices, merit order, reduced costs, verdicts and the sentences of asks."""
