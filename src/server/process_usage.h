// What the operating system says of a process of this server, from /proc. Numbers that cannot be read are -1.
// Must neither allocate server memory nor raise errors.
// Read first: ReadUsage.
#pragma once

#include <cstdint>

namespace dbmocker::server {

struct ProcessUsage {
  std::int64_t private_bytes = -1;  // resident and not shared
  std::int64_t cpu_ticks = -1;  // of 10 ms, user and system, since the process began
};

// pid 0: the calling process.
ProcessUsage ReadUsage(int pid);

}  // namespace dbmocker::server
