#include "shim.h"
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static const char *const kinds[] = {"user", "so", "context"};

void trace(const char *call, enum kind kind, bool pin_null, bool reached, bool returned, CK_RV rv) {
  char line[256], result[32] = "null";
  const char *path = setting("SHIM_TRACE");
  if (!path) return;
  if (returned) snprintf(result, sizeof result, "%lu", rv);
  int length = snprintf(line, sizeof line, "{\"call\":\"%s\",\"kind\":\"%s\",\"pinNull\":%s,\"reached\":%s,\"rv\":%s,\"pid\":%d}\n", call,
                        kinds[kind], pin_null ? "true" : "false", reached ? "true" : "false", result, (int)getpid());
  int file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (file < 0) return;
  if (write(file, line, length) != length) perror("shim: trace");
  close(file);
}
