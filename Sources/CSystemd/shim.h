// libsystemd: socket activation and readiness.
#pragma once
#include <systemd/sd-daemon.h>
