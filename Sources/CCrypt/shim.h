// crypt_r of libcrypt: bcrypt.
#pragma once
#include <crypt.h>
