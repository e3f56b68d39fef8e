#include "shim.h"
#include <pthread.h>
#include <string.h>

#define MAX_SLOTS 32
#define COUNT_FLAGS                                                                                                              \
  (CKF_USER_PIN_COUNT_LOW | CKF_USER_PIN_FINAL_TRY | CKF_USER_PIN_LOCKED | CKF_SO_PIN_COUNT_LOW | CKF_SO_PIN_FINAL_TRY |         \
   CKF_SO_PIN_LOCKED)

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct {
  bool known;
  CK_SLOT_ID slot;
  CK_FLAGS flags;
} last[MAX_SLOTS];
static int last_count;

/* Answers the flags of the call before (these, when there was none), and remembers these unless time stands still. */
static CK_FLAGS remember(CK_SLOT_ID slot, CK_FLAGS flags, bool frozen) {
  CK_FLAGS before = flags;
  int i = 0;
  pthread_mutex_lock(&mutex);
  while (i < last_count && last[i].slot != slot) i++;
  if (i < last_count) before = last[i].flags;
  else if (i < MAX_SLOTS) last_count++;
  if (i < MAX_SLOTS && !(frozen && last[i].known)) {
    last[i].known = true;
    last[i].slot = slot;
    last[i].flags = flags;
  }
  pthread_mutex_unlock(&mutex);
  return before;
}

CK_RV C_GetTokenInfo(CK_SLOT_ID slot, CK_TOKEN_INFO_PTR info) {
  struct plan plan;
  struct mode mode;
  CK_RV rv;
  if (!real_functions()) return CKR_GENERAL_ERROR;
  if (enter_call("C_GetTokenInfo", SCOPE_SLOT, &plan, &mode, &rv)) return rv;
  rv = real_functions()->C_GetTokenInfo(slot, info);
  if (rv == CKR_OK) {
    if (mode.try_limit > 0 && (info->flags & CKF_TOKEN_INITIALIZED)) {
      info->flags &= ~(CK_FLAGS)COUNT_FLAGS;
      if (mode.try_flags) info->flags |= tally_flags(slot, mode.try_limit);
    }
    if (*mode.pinpad) info->flags |= CKF_PROTECTED_AUTHENTICATION_PATH;
    for (int i = 0; i < plan.count; i++) {
      const struct action *action = &plan.actions[i];
      if (!strcmp(action->verb, "flags-set")) info->flags |= (CK_FLAGS)action->value;
      if (!strcmp(action->verb, "flags-clear")) info->flags &= ~(CK_FLAGS)action->value;
    }
    bool frozen = find_action(&plan, "flags-frozen") != NULL;
    CK_FLAGS before = remember(slot, info->flags, frozen);
    if (frozen || find_action(&plan, "flags-late")) info->flags = before;
  }
  return fault_leave(&plan, rv);
}
