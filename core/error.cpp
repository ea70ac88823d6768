#include "error.h"

namespace unfold {

const char* to_string(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_config: return "INVALID_CONFIG";
    case ErrorCode::invalid_text: return "INVALID_TEXT";
    case ErrorCode::invalid_checkpoint: return "INVALID_CHECKPOINT";
    case ErrorCode::invalid_argument: return "INVALID_ARGUMENT";
    case ErrorCode::invalid_state: return "INVALID_STATE";
    case ErrorCode::non_finite: return "NON_FINITE";
    case ErrorCode::out_of_memory: return "OUT_OF_MEMORY";
    case ErrorCode::internal: return "INTERNAL";
  }
  return "INTERNAL";
}

}  // namespace unfold
