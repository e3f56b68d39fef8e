#include "shim.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define LINE 64
#define RECORD "%-32s %8d %8d\n"

static void read_serial(CK_SLOT_ID slot, char serial[40]) {
  CK_TOKEN_INFO info;
  strcpy(serial, "none");
  if (real_functions()->C_GetTokenInfo(slot, &info) != CKR_OK) return;
  memcpy(serial, info.serialNumber, sizeof info.serialNumber);
  serial[sizeof info.serialNumber] = 0;
  for (char *c = serial; *c; c++)
    if (*c == ' ') *c = '_';
}

/* The offset of this token's record, or of the end of the file. */
static off_t find_record(int file, struct tally *tally) {
  char line[LINE] = "", serial[40];
  off_t at = 0;
  int length = snprintf(line, sizeof line, RECORD, "", 0, 0);
  for (; pread(file, line, length, at) == length; at += length) {
    int user, so;
    line[length] = 0;
    if (sscanf(line, "%39s %d %d", serial, &user, &so) != 3 || strcmp(serial, tally->serial)) continue;
    tally->user = user;
    tally->so = so;
    return at;
  }
  return at;
}

void tally_open(struct tally *tally, CK_SLOT_ID slot) {
  char path[4096];
  const char *control = setting("SHIM_CONTROL");
  memset(tally, 0, sizeof *tally);
  read_serial(slot, tally->serial);
  snprintf(path, sizeof path, "%s.tries", control ? control : "/dev/null");
  tally->file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (tally->file < 0) abort();
  flock(tally->file, LOCK_EX);
  find_record(tally->file, tally);
}

void tally_save(const struct tally *tally) {
  char line[LINE];
  struct tally old = *tally;
  int length = snprintf(line, sizeof line, RECORD, tally->serial, tally->user, tally->so);
  if (pwrite(tally->file, line, length, find_record(tally->file, &old)) != length) abort();
}

void tally_close(struct tally *tally) {
  close(tally->file);
}

static CK_FLAGS one_kind(int used, int limit, CK_FLAGS low, CK_FLAGS final, CK_FLAGS locked) {
  if (used >= limit) return locked;
  if (used == 0) return 0;
  return used == limit - 1 ? low | final : low;
}

CK_FLAGS tally_flags(CK_SLOT_ID slot, int limit) {
  struct tally tally;
  tally_open(&tally, slot);
  tally_close(&tally);
  return one_kind(tally.user, limit, CKF_USER_PIN_COUNT_LOW, CKF_USER_PIN_FINAL_TRY, CKF_USER_PIN_LOCKED) |
         one_kind(tally.so, limit, CKF_SO_PIN_COUNT_LOW, CKF_SO_PIN_FINAL_TRY, CKF_SO_PIN_LOCKED);
}
