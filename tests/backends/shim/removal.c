#include "shim.h"
#include <pthread.h>
#include <string.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static bool removed;

/* The sessions of a removed token stay dead when it comes back. */
static void close_sessions(void) {
  CK_SLOT_ID slots[64];
  CK_ULONG count = 64;
  if (real_functions()->C_GetSlotList(CK_TRUE, slots, &count) != CKR_OK) return;
  for (CK_ULONG i = 0; i < count; i++) real_functions()->C_CloseAllSessions(slots[i]);
}

bool removal_answers(const struct mode *mode, enum scope scope, CK_RV *rv) {
  pthread_mutex_lock(&mutex);
  if (mode->gone && !removed) close_sessions();
  removed = mode->gone;
  pthread_mutex_unlock(&mutex);
  if (!mode->gone || scope == SCOPE_MODULE) return false;
  *rv = scope == SCOPE_SESSION ? CKR_SESSION_HANDLE_INVALID : CKR_TOKEN_NOT_PRESENT;
  return true;
}

bool enter_call(const char *function, enum scope scope, struct plan *plan, struct mode *mode, CK_RV *rv) {
  read_control(function, plan, mode);
  return fault_enter(plan, rv) || removal_answers(mode, scope, rv);
}

CK_RV C_GetSlotList(CK_BBOOL present, CK_SLOT_ID_PTR slots, CK_ULONG_PTR count) {
  struct plan plan;
  struct mode mode;
  CK_RV rv;
  CK_ULONG capacity = slots && count ? *count : 0;
  if (!real_functions()) return CKR_GENERAL_ERROR;
  if (enter_call("C_GetSlotList", SCOPE_MODULE, &plan, &mode, &rv)) return rv;
  rv = real_functions()->C_GetSlotList(present, slots, count);
  if (mode.gone && (present || !mode.gone_keeps_reader) && count && rv != CKR_CRYPTOKI_NOT_INITIALIZED) {
    *count = 0;
    rv = CKR_OK;
  }
  fault_output(&plan, rv, slots, capacity * sizeof *slots, count);
  return fault_leave(&plan, rv);
}

CK_RV C_GetSlotInfo(CK_SLOT_ID slot, CK_SLOT_INFO_PTR info) {
  struct plan plan;
  struct mode mode;
  CK_RV rv;
  if (!real_functions()) return CKR_GENERAL_ERROR;
  if (enter_call("C_GetSlotInfo", SCOPE_MODULE, &plan, &mode, &rv)) return rv;
  rv = real_functions()->C_GetSlotInfo(slot, info);
  if (rv == CKR_OK && mode.gone) info->flags &= ~(CK_FLAGS)CKF_TOKEN_PRESENT;
  return fault_leave(&plan, rv);
}
