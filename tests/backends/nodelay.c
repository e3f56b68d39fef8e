/*
 * Preloaded into pcscd, whose virtual reader driver (vpcd) cannot be told any of this:
 * it listens on every address, so anybody on the network could insert a card, and it sends a frame's
 * length and body in two writes without TCP_NODELAY, which costs about 44 ms an APDU.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>

static void without_delay(int fd) {
  int on = 1;
  if (fd >= 0) setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

/* A test process that dies takes its pcscd along. */
__attribute__((constructor)) static void die_with_parent(void) { prctl(PR_SET_PDEATHSIG, SIGTERM); }

int bind(int fd, const struct sockaddr *address, socklen_t length) {
  int (*next)(int, const struct sockaddr *, socklen_t) = dlsym(RTLD_NEXT, "bind");
  const char *host = getenv("CARD_READER_HOST");
  struct sockaddr_in local;
  if (address != NULL && address->sa_family == AF_INET && length >= sizeof local) {
    memcpy(&local, address, sizeof local);
    if (local.sin_addr.s_addr == htonl(INADDR_ANY)) {
      if (host == NULL || inet_pton(AF_INET, host, &local.sin_addr) != 1) local.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      return next(fd, (struct sockaddr *)&local, sizeof local);
    }
  }
  return next(fd, address, length);
}

int accept(int fd, struct sockaddr *address, socklen_t *length) {
  int (*next)(int, struct sockaddr *, socklen_t *) = dlsym(RTLD_NEXT, "accept");
  int client = next(fd, address, length);
  without_delay(client);
  return client;
}
