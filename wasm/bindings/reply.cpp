#include "reply.h"

#include <nlohmann/json.hpp>

#include "unfold/base/error.h"
#include "unfold/base/memory_reserve.h"

namespace unfold {

using emscripten::val;

val reply(bool ok, const Json& value) {
  val result = val::object();
  result.set("ok", ok);
  result.set("value", json_text(value));
  return result;
}

val reply(bool ok, Fields value) { return reply(ok, object(value)); }

namespace {

Json failure(const char* code, const std::string& field, const std::string& expected, const std::string& actual,
             const std::string& message) {
  return object({{"code", code}, {"field", field}, {"expected", expected}, {"actual", actual}, {"message", message}});
}

Json failure(const Error& e) { return failure(to_string(e.code), e.field, e.expected, e.actual, e.what()); }

/// What is not finite travels as null.
Json overflow_json(const Overflow& o) {
  return object({{"step", o.step},
                 {"loss", o.loss},
                 {"gradientNorm", o.gradient_norm},
                 {"learningRate", o.learning_rate},
                 {"parameter", o.parameter},
                 {"largest", o.largest},
                 {"rolledBack", o.rolled_back}});
}

}  // namespace

val guard(const Call& call) {
  keep_memory_reserve();
  try {
    return call.run(call.what);
  } catch (const NonFinite& e) {
    Json json = failure(e);
    put(json, {{"overflow", overflow_json(e.overflow)}});
    return reply(false, json);
  } catch (const Error& e) {
    return reply(false, failure(e));
  } catch (const Json::exception& e) {  // an option of the wrong type
    return reply(false, failure("INVALID_ARGUMENT", "options", "options of the documented types", e.what(), e.what()));
  } catch (const std::bad_alloc&) {
    return reply(false,
                 failure("OUT_OF_MEMORY", "memory", "enough memory", "a refusal", "The browser gave no more memory."));
  } catch (const std::exception& e) {
    return reply(false, failure("INTERNAL", "", "", "", e.what()));
  }
}

std::string copied(const val& bytes) {
  std::string copy(bytes["length"].as<std::size_t>(), '\0');
  val(emscripten::typed_memory_view(copy.size(), reinterpret_cast<std::uint8_t*>(copy.data())))
      .call<void>("set", bytes);
  return copy;
}

std::vector<Real> copied_numbers(const val& numbers) {
  std::vector<Real> copy(numbers["length"].as<std::size_t>());
  val(emscripten::typed_memory_view(copy.size(), copy.data())).call<void>("set", numbers);
  return copy;
}

void set_bytes(val& result, std::span<const std::byte> bytes) {
  const val view(emscripten::typed_memory_view(bytes.size(), reinterpret_cast<const std::uint8_t*>(bytes.data())));
  result.set("bytes", val::global("Uint8Array").new_(view));
}

}  // namespace unfold
