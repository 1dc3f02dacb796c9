"""A primal-dual interior-point method for block-angular programmes."""
