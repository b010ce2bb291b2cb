// See process_usage.h.
// Read first: ReadUsage.
#include "server/process_usage.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>

namespace dbmocker::server {
namespace {

// The first bytes of a file below /proc as text; false if it cannot be read.
bool ReadProc(int pid, const char* name, char (&text)[1024]) {
  char path[64];
  if (pid > 0)
    std::snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
  else
    std::snprintf(path, sizeof path, "/proc/self/%s", name);
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  const ssize_t size = read(file, text, sizeof text - 1);
  close(file);
  if (size <= 0) return false;
  text[size] = '\0';
  return true;
}

}  // namespace

ProcessUsage ReadUsage(int pid) {
  ProcessUsage usage;
  char text[1024];
  long pages = 0, resident = 0, shared = 0;
  if (ReadProc(pid, "statm", text) && std::sscanf(text, "%ld %ld %ld", &pages, &resident, &shared) == 3)
    usage.private_bytes = std::int64_t{resident - shared} * sysconf(_SC_PAGESIZE);
  // The name of the program may hold spaces and parentheses; what follows the last one is numbers.
  const char* const rest = ReadProc(pid, "stat", text) ? std::strrchr(text, ')') : nullptr;
  unsigned long user = 0, system = 0;
  if (rest != nullptr &&
      std::sscanf(rest + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system) == 2)
    usage.cpu_ticks =
        static_cast<std::int64_t>((user + system) * 100 / static_cast<unsigned long>(sysconf(_SC_CLK_TCK)));
  return usage;
}

}  // namespace dbmocker::server
