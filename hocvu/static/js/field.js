// The page of field work on a device without a signal.
"use strict";
