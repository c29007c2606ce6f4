// With the library headers already parsed once: Catch2 for the tests precompiled header.
#pragma once
#include "support/catch.h"
