/* The load generator: so many connections, each with one request in flight, HTTP/1.1 keep-alive.
   load PLACE METHOD PATH CONNECTIONS WARM_UP SECONDS LIMIT; PLACE is a port of 127.0.0.1 or the path of a Unix socket, LIMIT
   ends the measurement after so many requests (0: none). Standard input: the bearer token (a line, may be empty), then the
   body. Prints JSON. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define MAX_CONNECTIONS 1024
#define HEAD_SPACE 16384
#define STUCK_AFTER_MS 60000

struct connection {
  int busy;
  size_t sent, head, left; /* bytes sent; bytes of the head read so far; bytes of the body still to come */
  int in_body, status;
  double began;
  char space[HEAD_SPACE];
};

static struct connection connections[MAX_CONNECTIONS];
static struct pollfd polled[MAX_CONNECTIONS];
static int count;
static char *request;
static size_t request_length;
static double *latencies;
static size_t answered, room, issued, errors;
static int first_error;

static void fail(const char *what) {
  fprintf(stderr, "%s%s%s\n", what, errno ? ": " : "", errno ? strerror(errno) : "");
  exit(1);
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static int open_connection(const char *place) {
  int fd, on = 1, port = atoi(place);
  if (place[0] == '/') {
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    if (strlen(place) >= sizeof to.sun_path) fail("the socket's path is too long");
    strcpy(to.sun_path, place);
    fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to)) fail("cannot connect");
  } else {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to)) fail("cannot connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  fcntl(fd, F_SETFL, O_NONBLOCK);
  return fd;
}

static char *read_all(size_t *length) {
  size_t space = 1 << 20, at = 0;
  char *all = malloc(space + 1);
  for (;;) {
    if (!all) fail("out of memory");
    size_t got = fread(all + at, 1, space - at, stdin);
    at += got;
    if (got == 0) break;
    if (at == space) all = realloc(all, (space *= 2) + 1);
  }
  all[at] = 0;
  *length = at;
  return all;
}

static void build_request(const char *place, const char *method, const char *path) {
  size_t length;
  char *input = read_all(&length), *line = strchr(input, '\n');
  if (!line) fail("standard input begins with a line for the token");
  *line = 0;
  char *body = line + 1;
  size_t body_length = input + length - body;
  request = malloc(body_length + strlen(path) + strlen(input) + 512);
  if (!request) fail("out of memory");
  int head = sprintf(request, "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%s\r\n", method, path, place[0] == '/' ? "0" : place);
  if (*input) head += sprintf(request + head, "Authorization: Bearer %s\r\n", input);
  if (body_length) head += sprintf(request + head, "Content-Type: application/json\r\nContent-Length: %zu\r\n", body_length);
  head += sprintf(request + head, "\r\n");
  memcpy(request + head, body, body_length);
  request_length = head + body_length;
  free(input);
}

static void push(int i) {
  struct connection *c = &connections[i];
  while (c->sent < request_length) {
    ssize_t put = write(polled[i].fd, request + c->sent, request_length - c->sent);
    if (put < 0 && errno == EAGAIN) break;
    if (put < 0) fail("cannot send");
    c->sent += put;
  }
  polled[i].events = c->sent < request_length ? POLLIN | POLLOUT : POLLIN;
}

static void begin(int i) {
  struct connection *c = &connections[i];
  c->busy = 1;
  c->sent = c->head = c->left = 0;
  c->in_body = 0;
  c->began = now();
  issued++;
  push(i);
}

static void parse_head(struct connection *c) {
  c->space[c->head] = 0;
  char *end = strstr(c->space, "\r\n\r\n");
  if (!end) {
    if (c->head == HEAD_SPACE - 1) fail("the head of an answer is too long");
    return;
  }
  *end = 0;
  char *length = strcasestr(c->space, "\r\ncontent-length:");
  if (sscanf(c->space, "HTTP/1.1 %d", &c->status) != 1 || !length) fail("an answer without status or length");
  size_t body = strtoul(length + 17, NULL, 10), here = c->space + c->head - (end + 4);
  if (here > body) fail("an answer longer than it says");
  c->left = body - here;
  c->in_body = 1;
}

/* Reads what is there; true when the answer is whole. */
static int pull(int i) {
  static char sink[1 << 18];
  struct connection *c = &connections[i];
  for (;;) {
    char *to = c->in_body ? sink : c->space + c->head;
    size_t space = c->in_body ? (c->left < sizeof sink ? c->left : sizeof sink) : HEAD_SPACE - 1 - c->head;
    ssize_t got = read(polled[i].fd, to, space);
    if (got < 0 && errno == EAGAIN) return 0;
    if (got < 0) fail("cannot receive");
    if (got == 0) fail("a connection was closed before its answer");
    if (c->in_body) c->left -= got;
    else {
      c->head += got;
      parse_head(c);
    }
    if (c->in_body && c->left == 0) return 1;
  }
}

static void record(const struct connection *c, double at) {
  if (c->status != 200) {
    errors++;
    if (!first_error) first_error = c->status;
  }
  if (answered == room) {
    room = room ? room * 2 : 65536;
    latencies = realloc(latencies, room * sizeof *latencies);
    if (!latencies) fail("out of memory");
  }
  latencies[answered++] = at - c->began;
}

/* Keeps every connection busy for some time, then waits for the last answers. Returns seconds from first byte to last. */
static double run(double seconds, size_t limit) {
  int busy = 0;
  answered = issued = 0;
  double start = now(), last = start, stop = start + seconds;
  for (int i = 0; i < count && (!limit || issued < limit); i++, busy++) begin(i);
  while (busy > 0) {
    errno = 0;
    int ready = poll(polled, count, STUCK_AFTER_MS);
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) fail("no answer for a minute");
    for (int i = 0; i < count; i++) {
      if (polled[i].revents & POLLOUT) push(i);
      if (!(polled[i].revents & (POLLIN | POLLHUP | POLLERR)) || !connections[i].busy || !pull(i)) continue;
      last = now();
      record(&connections[i], last);
      connections[i].busy = 0;
      if (last < stop && (!limit || issued < limit)) begin(i);
      else busy--;
    }
  }
  return last - start;
}

static int ascending(const void *a, const void *b) {
  double left = *(const double *)a, right = *(const double *)b;
  return (left > right) - (left < right);
}

static double part(double share) {
  size_t at = answered * share;
  return latencies[at < answered ? at : answered - 1] * 1e6;
}

int main(int argc, char **argv) {
  if (argc != 8) fail("usage: load PLACE METHOD PATH CONNECTIONS WARM_UP SECONDS LIMIT");
  count = atoi(argv[4]);
  double warm_up = atof(argv[5]), seconds = atof(argv[6]);
  size_t limit = strtoul(argv[7], NULL, 10);
  if (count < 1 || count > MAX_CONNECTIONS || warm_up < 0 || seconds <= 0) fail("bad number of connections or seconds");
  signal(SIGPIPE, SIG_IGN);
  build_request(argv[1], argv[2], argv[3]);
  for (int i = 0; i < count; i++) polled[i].fd = open_connection(argv[1]);
  if (warm_up > 0) run(warm_up, 0);
  double took = run(seconds, limit);
  qsort(latencies, answered, sizeof *latencies, ascending);
  printf("{\"connections\":%d,\"seconds\":%.6f,\"requests\":%zu,\"perSecond\":%.2f,\"p50Microseconds\":%.1f,\"p90Microseconds\":%.1f,"
         "\"p99Microseconds\":%.1f,\"maxMicroseconds\":%.1f,\"errors\":%zu,\"firstError\":%d}\n",
         count, took, answered, answered / took, part(0.5), part(0.9), part(0.99), part(1), errors, first_error);
  return 0;
}
