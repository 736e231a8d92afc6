# ---
# jupyter:
#   book:
#     numbers: {"1,000": loop, "10,010": hidden, "−0.0001441677": "error_sums[0]"}
# ---

# %% [markdown]
# # Learning OR, as a notebook
#
# A neuron with two inputs learns OR. This is the run of the chapter *Learning OR*, in cells, with the
# mistake of the source notes kept so that their numbers come out. It needs NumPy and nothing else.
#
# Run the cells from top to bottom. Then run the first that trains again, and see what happens.

# %%
import numpy as np

# %% [markdown]
# ## Data
#
# Four rows, two inputs each, and the target of each row: inputs (4, 2), targets (4, 1).

# %%
inputs = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=float)
targets = np.array([[0], [1], [1], [1]], dtype=float)


# %% [markdown]
# ## Neuron
#
# A weighted sum z and a sigmoid of it. The second function is the sigmoid's derivative with respect
# to z. The plain formula is safe here: it overflows only for z far below 0.


# %%
def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def sigmoid_grad(z):
    return sigmoid(z) * (1 - sigmoid(z))


# %% [markdown]
# ## Update
#
# One update: run all rows forward, multiply each error by a slope, sum over the rows, step against it.
# The notes hand the derivative the output. It wants z. Kept here, to meet their numbers.


# %%
def update(weights, bias, lr=0.05):
    """One step with all rows: new weights, new bias, old sum of errors."""
    outputs = sigmoid(inputs @ weights + bias)
    errors = outputs - targets
    delta = errors * sigmoid_grad(outputs)  # the slip: it wants z
    weights = weights - lr * (inputs.T @ delta)
    bias = bias - lr * delta.sum()
    return weights, bias, errors.sum()


# %% [markdown]
# ## Start
#
# This cell sets the state: two weights and a bias.

# %%
weights = np.array([[0.1], [0.2]])
bias = 0.3
updates = 0

# %% [markdown]
# ## Train, as often as the notes say
#
# This cell *changes* the state and does not set it. Run it again, and it goes on from where it was.

# %%
loop = 1_000
for _ in range(loop):
    weights, bias, error_sum = update(weights, bias)
    updates += 1
print("updates:", updates)
print("weights and bias:", *[f"{value:.8f}" for value in (*weights.ravel(), bias)])

# %% [markdown]
# After 1,000 updates the weights are not those of the notes. Nothing is broken: the notes ran more
# updates than they show.
#
# ## Train, as often as the notes did
#
# The next cell stands for what they do not show: updates until 10,010 are made.

# %%
hidden = 10_010
while updates < hidden:
    weights, bias, error_sum = update(weights, bias)
    updates += 1

# %% [markdown]
# Now the loop once more, with the sums that it prints. The notes begin with −0.0001441677…

# %%
error_sums = []
for _ in range(loop):
    weights, bias, error_sum = update(weights, bias)
    updates += 1
    error_sums.append(error_sum)
first, second, third, *_ = error_sums
for error_sum in (first, second, third):
    print(f"{error_sum:.14f}")
print("updates:", updates)

# %% [markdown]
# ## Result
#
# All eight digits that the notes print, and the row (0, 1), which they leave out.

# %%
outputs = sigmoid(inputs @ weights + bias)
digits = [f"{value:.8f}" for value in (*weights.ravel(), bias)]
print("weights and bias:", *digits)
for row, output in zip(inputs, outputs.ravel(), strict=True):
    print(row, f"{output:.8f}")

# %%
assert updates == hidden + loop
assert digits == ["7.20642565", "7.20667957", "-3.24934367"]
assert f"{first:.14f}" == "-0.00014416771776"
assert np.array_equal(outputs > 0.5, targets == 1)  # all rows right

# %% [markdown]
# ## What to take away
#
# A notebook shows its cells and the last output of each. It does not show how often a cell ran, nor in
# which order. Variables live on between runs, so a result can depend on runs that nobody sees.
#
# Before you believe a notebook, your own or another's: **Restart and run all.** This page is run that way
# each time the book is built, and the last cell of code stops the build if a digit has changed.
#
# Try it: run the training cell three times without the start cell in between. Then restart.
