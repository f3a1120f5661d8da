// stringprep_profile of GNU libidn: SASLprep.
#pragma once
#include <stringprep.h>
