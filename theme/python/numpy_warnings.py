"""NumPy's warnings of overflow, in the reader's browser.

A processor notes overflows and divisions by zero in flags, which NumPy reads. WebAssembly has no such
flags: there NumPy never warns, whatever `np.errstate` asks for. For the two functions that the book
watches, the result tells as much: exp that is infinite of a finite number overflowed, and log of 0 is a
division by zero.
"""

import warnings

import numpy as np


def overflowed(z, result):
    return bool(np.any(np.isinf(result)) and np.any(np.isinf(result) & np.isfinite(z)))


def of_zero(z, result):
    return bool(np.any(np.equal(z, 0)))


def of_negative(z, result):
    return bool(np.any(np.less(z, 0)))


class Watched:
    """A function of NumPy that tells what NumPy's own would where there are flags."""

    def __init__(self, function, *faults):
        self._function, self._faults = function, faults
        self.__name__, self.__doc__ = function.__name__, function.__doc__

    def __call__(self, *arguments, **options):
        result = self._function(*arguments, **options)
        for kind, words, happened in self._faults:
            how = np.geterr()[kind]
            if how != "ignore" and happened(arguments[0], result):
                text = f"{words} encountered in {self.__name__}"
                if how == "raise":
                    raise FloatingPointError(text)
                warnings.warn(text, RuntimeWarning, stacklevel=2)
        return result

    def __getattr__(self, name):
        return getattr(self._function, name)

    def __repr__(self):
        return repr(self._function)


def install():
    np.exp = Watched(np.exp, ("over", "overflow", overflowed))
    np.log = Watched(
        np.log,
        ("divide", "divide by zero", of_zero),
        ("invalid", "invalid value", of_negative),
    )
