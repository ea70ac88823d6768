#include "unfold/tools/describe.h"

#include <nlohmann/json.hpp>
#include <span>

#include "unfold/api/describe.h"
#include "unfold/io/checkpoint.h"

namespace unfold {

std::string describe_command(const std::string& checkpoint, const std::string& config, double vocabulary) {
  if (checkpoint.empty()) return describe(parse_config(config.empty() ? "{}" : config), Index(vocabulary)).dump();
  CheckpointHeader header;
  read_checkpoint(std::as_bytes(std::span(checkpoint)), header);
  return describe(header.config, header.sizes).dump();
}

}  // namespace unfold
