"""The array types of the sound chain."""

from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

# Audio, 1.0 at full scale, shape (n,); mean squares of it; frequencies and gains.
Samples: TypeAlias = NDArray[np.float64]
# Audio as the converter gives it, full scale 2**31.
RawSamples: TypeAlias = NDArray[np.int32]

INT32_FULL_SCALE: Final = 2.0**31
