"""The errors of the baselines, leaves of musicdata's tree.

UsageError                  exit code 2
├── InputError              2
│   ├── ViewError           2    a view cannot be fitted or evaluated: which view, row, column, and what to do
│   ├── ModelFileError      2    a saved model is damaged, or of another estimator
│   └── IndexFileError      2    a saved index is not there, damaged, or older than the tables it was made of
└── NotFittedError          2    an estimator was used before it was fitted
SetupError                  4
└── DeviceError             4    the device asked for is unknown or not there
"""

from __future__ import annotations

from musicdata.errors import InputError, SetupError, UsageError


class ViewError(InputError):
    """A view cannot be fitted or evaluated."""


class ModelFileError(InputError):
    """A saved model cannot be read."""


class IndexFileError(InputError):
    """A saved index cannot be searched; making it anew helps."""


class NotFittedError(UsageError):
    """An estimator was used before it was fitted."""


class DeviceError(SetupError):
    """The device asked for is unknown, or not there."""
