// inet, cidr, macaddr and macaddr8 as text. Addresses come from ranges that nobody owns: 10/8, 2001:db8::/32
// (documentation) and locally administered hardware addresses.
// Read first: FindNetworkFormat.
#include "decimal_text.h"
#include "type_value_sets.h"

namespace dbmocker {
namespace {

constexpr std::uint64_t kPrivateHosts = std::uint64_t{1} << 24;
constexpr std::uint64_t kPrivateNetworks = std::uint64_t{1} << 16;

void AppendPrivate(std::uint64_t host, std::string& out) {
  out.append("10");
  for (int shift = 16; shift >= 0; shift -= 8) {
    out.push_back('.');
    AppendUnsigned(host >> shift & 0xFFU, out);
  }
}

// 64 bits of host below the documentation prefix.
void AppendDocumentation(std::uint64_t host, std::string& out) {
  out.append("2001:db8:0:0");
  for (int shift = 48; shift >= 0; shift -= 16) {
    out.push_back(':');
    AppendHex(host >> shift, 4, out);
  }
}

void AppendInet(std::uint64_t index, bool unique, std::string& out) {
  if (!unique) {
    AppendPrivate(HashIndex(index, 0) % kPrivateHosts, out);
  } else if (index < kPrivateHosts) {
    AppendPrivate(index, out);
  } else {
    AppendDocumentation(index, out);
  }
}

void AppendCidr(std::uint64_t index, bool unique, std::string& out) {
  if (!unique || index < kPrivateNetworks) {
    AppendPrivate((unique ? index : HashIndex(index, 0) % kPrivateNetworks) << 8, out);
    out.append("/24");
  } else {
    AppendDocumentation(index, out);
    out.append("/128");
  }
}

void AppendHardware(std::uint64_t number, int bytes, std::string& out) {
  out.append("02");
  for (int place = bytes - 2; place >= 0; --place) {
    out.push_back(':');
    AppendHex(number >> (8 * place), 2, out);
  }
}

void AppendMac(std::uint64_t index, bool unique, std::string& out) {
  AppendHardware(unique ? index : HashIndex(index, 0), 6, out);
}

void AppendLongMac(std::uint64_t index, bool unique, std::string& out) {
  AppendHardware(unique ? index : HashIndex(index, 0), 8, out);
}

constexpr TextFormat kFormats[] = {
    {"inet", AppendInet, kMaxValueSetSize, true, "private address"},
    {"cidr", AppendCidr, kMaxValueSetSize, true, "private network"},
    {"macaddr", AppendMac, std::uint64_t{1} << 40, true, "hardware address"},
    {"macaddr8", AppendLongMac, std::uint64_t{1} << 56, true, "hardware address"},
};

}  // namespace

const TextFormat* FindNetworkFormat(std::string_view type_name) {
  for (const TextFormat& format : kFormats) {
    if (format.type_name == type_name) return &format;
  }
  return nullptr;
}

}  // namespace dbmocker
