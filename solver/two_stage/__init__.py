"""Two-stage stochastic programmes with recourse and conditional value at risk."""
