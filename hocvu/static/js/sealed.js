// Lists that a device takes along, sealed; see field.js.
"use strict";
