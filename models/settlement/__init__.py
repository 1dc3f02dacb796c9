"""What a settlement is, how it is computed, certified, rounded to pounds and written as documents."""
