// libcurl. curl_easy_setopt is variadic, which Swift cannot call: one typed inline a kind of argument.
#pragma once
#include <curl/curl.h>
