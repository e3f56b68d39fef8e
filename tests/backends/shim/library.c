#include "shim.h"
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_TARGET "/usr/lib/softhsm/libsofthsm2.so"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static CK_FUNCTION_LIST_PTR target;
static CK_FUNCTION_LIST table;

/* NAME=VALUE lines in "<this library>.env" go into the environment, so that two copies of the shim in two directories can be
   told apart without anything in the environment of the program that loads them. */
static void read_sidecar(void) {
  Dl_info self;
  char path[4096], line[4096];
  if (!dladdr((void *)&C_GetFunctionList, &self) || !self.dli_fname) return;
  if (snprintf(path, sizeof path, "%s.env", self.dli_fname) >= (int)sizeof path) return;
  FILE *file = fopen(path, "re");
  if (!file) return;
  while (fgets(line, sizeof line, file)) {
    line[strcspn(line, "\r\n")] = 0;
    char *equals = strchr(line, '=');
    if (!equals || equals == line) continue;
    *equals = 0;
    setenv(line, equals + 1, 1);
  }
  fclose(file);
}

static void load(void) {
  read_sidecar();
  const char *path = setting("SHIM_TARGET");
  void *library = dlopen(path ? path : DEFAULT_TARGET, RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    fprintf(stderr, "shim: %s\n", dlerror());
    return;
  }
  CK_C_GetFunctionList list = (CK_C_GetFunctionList)dlsym(library, "C_GetFunctionList");
  if (!list || list(&target) != CKR_OK) {
    target = NULL;
    fprintf(stderr, "shim: the target has no function list\n");
  }
}

const char *setting(const char *name) {
  const char *value = getenv(name);
  return value && *value ? value : NULL;
}

CK_FUNCTION_LIST_PTR real_functions(void) {
  pthread_once(&once, load);
  return target;
}

static void fill_table(void) {
#define CK_PKCS11_FUNCTION_INFO(name) table.name = name;
#include "pkcs11f.h"
#undef CK_PKCS11_FUNCTION_INFO
}

CK_RV C_GetFunctionList(CK_FUNCTION_LIST_PTR_PTR list) {
  static pthread_once_t filled = PTHREAD_ONCE_INIT;
  struct plan plan;
  struct mode mode;
  CK_RV rv;
  if (!real_functions()) return CKR_GENERAL_ERROR;
  if (!list) return CKR_ARGUMENTS_BAD;
  if (enter_call("C_GetFunctionList", SCOPE_MODULE, &plan, &mode, &rv)) return rv;
  pthread_once(&filled, fill_table);
  table.version = target->version;
  *list = &table;
  return fault_leave(&plan, CKR_OK);
}
