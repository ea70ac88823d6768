// Networks that between them use every cell and every kind of edge and blend: what must hold for all of them
// is tested over this list.
#pragma once

#include <string>
#include <vector>

namespace unfold::test {

struct NetworkCase {
  const char* name;
  const char* fields;  // of the configuration, without braces
};

const std::vector<NetworkCase>& networks();
/// The one of that name.
const NetworkCase& network_named(const std::string& name);

/// The configuration text: the case's fields, then `more` (e.g. "\"sequenceLength\":12,\"batchSize\":10").
std::string config_of(const NetworkCase& network, const std::string& more = "");

inline void PrintTo(const NetworkCase& network, std::ostream* out) { *out << network.name; }

}  // namespace unfold::test
