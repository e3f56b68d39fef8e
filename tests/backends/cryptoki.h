/* The PKCS#11 headers as Unix libraries use them: structures unpacked, C_* functions exported. */
#ifndef SIGNET_CRYPTOKI_H
#define SIGNET_CRYPTOKI_H

#include <stddef.h>

#pragma GCC visibility push(default)
#include "pkcs11.h"
#pragma GCC visibility pop

#endif
