"""The index: a neuron in four lines, so that this page runs something too."""

import numpy as np

# --8<-- [start:neuron]
X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])  # four rows of two inputs
w, b = np.array([1.0, 1.0]), -0.5  # two weights, one bias
z = X @ w + b  # the weighted sums, plus the bias
print("z: ", z)
print("OR:", (z > 0).astype(int))
# --8<-- [end:neuron]
