#include "io/forged.h"

#include <limits>

namespace unfold::test {
namespace {

Bytes bytes_of(const std::string& text) {
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

std::string repeated(const std::string& text, int count) {
  std::string all;
  for (int i = 0; i < count; ++i) all += text;
  return all;
}

std::string entry(const std::string& name, const std::string& shape, const std::string& offsets,
                  const std::string& dtype = "\"F32\"") {
  return "\"" + name + "\":{\"dtype\":" + dtype + ",\"shape\":" + shape + ",\"data_offsets\":" + offsets + "}";
}

/// One tensor "a" over 8 bytes.
Bytes one(const std::string& shape, const std::string& offsets, const std::string& dtype = "\"F32\"") {
  return container("{" + entry("a", shape, offsets, dtype) + "}", std::string(8, '\1'));
}

Bytes two(const std::string& first, const std::string& second, int data) {
  return container("{" + entry("a", "[2]", first) + "," + entry("b", "[2]", second) + "}",
                   std::string(std::size_t(data), '\1'));
}

}  // namespace

Bytes container(const std::string& header, const std::string& data, std::optional<std::uint64_t> length) {
  const std::uint64_t size = length.value_or(header.size());
  std::string text(8, '\0');
  std::memcpy(text.data(), &size, 8);
  return bytes_of(text + header + data);
}

const std::string& good_text() {
  static const std::string text = letters(60, 3);
  return text;
}

const Bytes& good_checkpoint() {
  static const Bytes bytes = [] {
    Session session(parse_config(R"({"layers":[{"cell":"rnn","units":2,"edges":[{"from":"input"},
        {"from":"input","delay":2},{"from":"self"}]}],"sequenceLength":4,"batchSize":2,"optimizer":"momentum"})"),
                    good_text());
    for (int i = 0; i < 3; ++i) session.trainer().step();
    return session.save(true);
  }();
  return bytes;
}

Forge::Forge(const Bytes& file) {
  const TensorFile parsed = read_safetensors(file);
  metadata = parsed.metadata;
  for (const TensorView& t : parsed.tensors) tensors.push_back({t.name, t.shape, {t.data.begin(), t.data.end()}});
}

Bytes Forge::bytes() {
  TensorFile file;
  for (const Tensor& t : tensors) file.tensors.push_back({t.name, t.shape, t.data});
  file.metadata = metadata;
  file.metadata["checksum"] = "?";
  Bytes bytes = write_safetensors(file);
  CheckpointHeader header;  // the refusal tells the right one
  const auto error = error_of([&] { read_checkpoint(bytes, header); });
  if (!error || error->field != "checksum") return bytes;
  file.metadata["checksum"] = error->actual.substr(0, 16);  // ": the file is damaged" follows
  return write_safetensors(file);
}

Forge::Tensor& Forge::tensor(const std::string& name) {
  for (Tensor& t : tensors)
    if (t.name == name) return t;
  throw std::out_of_range(name);
}

void Forge::replace(const std::string& key, const std::string& from, const std::string& to) {
  std::string& text = metadata.at(key);
  const auto at = text.find(from);
  if (at == std::string::npos) throw std::out_of_range(from + " in " + text);
  text.replace(at, from.size(), to);
}

Bytes forged(const std::function<void(Forge&)>& edit) {
  Forge forge(good_checkpoint());
  edit(forge);
  return forge.bytes();
}

std::vector<NamedFile> bad_containers() {
  const std::string tensor = "{" + entry("a", "[2]", "[0,8]") + "}", data(8, '\1');
  const auto meta = [&](const std::string& value) {
    return container("{\"__metadata__\":" + value + "," + entry("a", "[2]", "[0,8]") + "}", data);
  };
  std::vector<NamedFile> files{
      {"header length 0", container(tensor, data, 0)},
      {"header length 1", container(tensor, data, 1)},
      {"header length one too large", container("{}", "", 3)},
      {"header length 2^63", container(tensor, data, 1ull << 63)},
      {"header length 2^64-1", container(tensor, data, ~0ull)},
      {"header length 2^53+1", container(tensor, data, (1ull << 53) + 1)},
      {"header length 2^32+n", container(tensor, data, (1ull << 32) + tensor.size())},
      {"header of 99 MB announced", container(tensor, data, 99'000'000)},
      {"not UTF-8", container("{" + entry("\xff", "[2]", "[0,8]") + "}", data)},
      {"array", container("[" + tensor + "]", data)},
      {"leading space", container(" " + tensor, data)},
      {"cut JSON", container(tensor.substr(0, tensor.size() - 3), data)},
      {"two JSON values", container(tensor + "{}", data)},
      {"comment", container("{/**/}", "")},
      {"deep arrays", container("{\"a\":" + std::string(50000, '[') + std::string(50000, ']') + "}")},
      {"deep objects, open", container(repeated("{\"a\":", 50000))},
      {"name twice",
       container("{" + entry("a", "[2]", "[0,8]") + "," + entry("a", "[2]", "[8,16]") + "}", data + data)},
      {"name twice, escaped",
       container("{" + entry("a", "[2]", "[0,8]") + "," + entry("\\u0061", "[2]", "[8,16]") + "}", data + data)},
      {"field twice",
       container("{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", data)},
      {"metadata twice",
       container("{\"__metadata__\":{},\"__metadata__\":{}," + entry("a", "[2]", "[0,8]") + "}", data)},
      {"metadata key twice", meta("{\"k\":\"1\",\"k\":\"2\"}")},
      {"metadata list", meta("[]")},
      {"metadata number", meta("{\"k\":1}")},
      {"metadata nested", meta("{\"k\":{}}")},
      {"same range twice", two("[0,8]", "[0,8]", 8)},
      {"overlap", two("[0,8]", "[4,12]", 12)},
      {"hole", two("[0,8]", "[12,20]", 20)},
      {"begins late", one("[1]", "[4,8]")},
      {"bytes behind the last", one("[1]", "[0,4]")},
      {"no tensors but data", container("{}", data)},
      {"empty tensor in a hole", container("{" + entry("a", "[0]", "[4,4]") + "}", data)},
      {"offset negative", one("[2]", "[-8,0]")},
      {"offsets reversed", one("[2]", "[8,0]")},
      {"offset fractional", one("[2]", "[0.0,8.0]")},
      {"offset 1e400", one("[2]", "[0,1e400]")},
      {"offset 2^64", one("[2]", "[0,18446744073709551616]")},
      {"offset 2^64-1", one("[2]", "[18446744073709551608,18446744073709551615]")},
      {"offset past the end", one("[4]", "[0,16]")},
      {"offset text", one("[2]", "[\"0\",\"8\"]")},
      {"three offsets", one("[2]", "[0,4,8]")},
      {"offsets null", one("[2]", "null")},
      {"shape wraps 2^31", one("[2147483648,2]", "[0,8]")},
      {"shape wraps 2^32", one("[65536,65536]", "[0,0]")},
      {"shape wraps 2^32 to 2", one("[4294967298]", "[0,8]")},
      {"shape wraps 2^64", one("[4294967296,4294967296]", "[0,0]")},
      {"shape wraps 2^64 to 2", one("[9223372036854775809,2]", "[0,8]")},
      {"shape wraps 2^64, each size within the data",
       container(
           "{" + entry("a", "[256,256,256,256,256,256,256,256]", "[0,0]") + "," + entry("b", "[64]", "[0,256]") + "}",
           std::string(256, '\1'))},
      {"bytes wrap 2^64", one("[4611686018427387906]", "[0,8]")},
      {"bytes wrap 2^32", one("[4,65536,16384]", "[0,0]")},
      {"shape negative pair", one("[-1,-2]", "[0,8]")},
      {"shape 0 x 2^32", container("{" + entry("a", "[0,4294967296]", "[0,0]") + "}")},
      {"shape 2^32 x 0", container("{" + entry("a", "[4294967296,0]", "[0,0]") + "}")},
      {"shape too small", one("[1]", "[0,8]")},
      {"shape fractional", one("[2.0]", "[0,8]")},
      {"shape text", one("[\"2\"]", "[0,8]")},
      {"shape nested", one("[[2]]", "[0,8]")},
      {"shape number", one("2", "[0,8]")},
      {"rank 65", one("[2" + repeated(",1", 64) + "]", "[0,8]")},
      {"F16 of four bytes each", one("[2]", "[0,8]", "\"F16\"")},
      {"F64", one("[1]", "[0,8]", "\"F64\"")},
      {"BF16", one("[4]", "[0,8]", "\"BF16\"")},
      {"f32", one("[2]", "[0,8]", "\"f32\"")},
      {"dtype number", one("[2]", "[0,8]", "32")},
      {"field more", container("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8],\"x\":1}}", data)},
      {"field less", container("{\"a\":{\"dtype\":\"F32\",\"shape\":[2]}}", data)},
      {"tensor null", container("{\"a\":null}", data)},
      {"picture", bytes_of("\x89PNG\r\n\x1a\n" + std::string(100, 'x'))},
      {"zip", bytes_of("PK\x03\x04" + std::string(100, 'x'))},
      {"gzip bomb", bytes_of("\x1f\x8b\x08" + std::string(100, 'x'))},
      {"pickle", bytes_of("\x80\x02}q" + std::string(100, 'x'))},
      {"404 page", bytes_of("<!DOCTYPE html><title>Not found</title>" + std::string(100, 'x'))},
      {"LFS pointer", bytes_of("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n")},
      {"only JSON", bytes_of(tensor)},
  };
  std::string many = "{";  // 8000 tensors over the same 16 bytes
  for (int i = 0; i < 8000; ++i) many += entry("t" + std::to_string(i), "[4]", "[0,16]") + (i < 7999 ? "," : "}");
  files.push_back({"8000 over 16 bytes", container(many, data + data)});
  for (const std::size_t length : {0u, 1u, 7u, 8u, 9u, 10u, 40u, 70u})
    files.push_back({"cut at " + std::to_string(length),
                     {good_checkpoint().begin(), good_checkpoint().begin() + std::ptrdiff_t(length)}});
  return files;
}

std::vector<NamedFile> bad_checkpoints() {
  std::vector<NamedFile> files;
  const auto add = [&](const std::string& name, const std::function<void(Forge&)>& edit) {
    files.push_back({name, forged(edit)});
  };
  const auto number = [](Forge& f, const std::string& tensor, float value) {
    std::memcpy(f.tensor(tensor).data.data() + 4, &value, 4);
  };
  for (const char* key : {"format", "version", "config", "vocabulary"}) {
    add(std::string("no ") + key, [&](Forge& f) { f.metadata.erase(key); });
    add(std::string("empty ") + key, [&](Forge& f) { f.metadata[key] = ""; });
    add(std::string("a list as ") + key, [&](Forge& f) { f.metadata[key] = "[]"; });
  }
  files.push_back({"no checksum", write_safetensors([] {
                     TensorFile file = read_safetensors(good_checkpoint());
                     file.metadata.erase("checksum");
                     return file;
                   }())});
  add("another format", [](Forge& f) { f.metadata["format"] = "pt"; });
  add("a future version", [](Forge& f) { f.metadata["version"] = "2"; });
  for (const char* hidden : {"0", "-1", "2.5", "\"2\"", "1000000000", "3", "null", "[2]"})
    add(std::string("hidden ") + hidden,
        [&](Forge& f) { f.replace("config", "\"units\":2", std::string("\"units\":") + hidden); });
  add("a million layers", [](Forge& f) { f.metadata["config"] = "{\"layers\":[{}" + repeated(",{}", 999999) + "]}"; });
  add("another cell", [](Forge& f) {
    f.replace("config", "\"cell\":\"rnn\"", "\"cell\":\"gru\"");
    f.replace("config", "\"activation\":\"tanh\",", "");
  });
  add("an unknown field in the configuration", [](Forge& f) { f.replace("config", "{", "{\"__proto__\":{},"); });
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()})
    for (const char* name : {"readout.weight", "layers.0.bias_hh", "optimizer.moment0", "state.values"})
      add(std::string(name) + " " + std::to_string(bad), [&](Forge& f) { number(f, name, bad); });
  add("a tensor missing", [](Forge& f) { f.tensors.erase(f.tensors.begin()); });
  add("moments missing",
      [](Forge& f) { std::erase_if(f.tensors, [](auto& t) { return t.name == "optimizer.moment0"; }); });
  add("state missing", [](Forge& f) { std::erase_if(f.tensors, [](auto& t) { return t.name == "state.values"; }); });
  for (const std::string& name :
       {std::string("extra"), std::string("../../etc/passwd"), std::string("layers.0.weight_hh\0", 19),
        std::string("<img onerror=\"__xss=1\">"), std::string("__proto__")})
    add("extra tensor " + name, [&](Forge& f) { f.tensors.push_back({name, {1}, Bytes(4)}); });
  add("shape turned",
      [](Forge& f) { std::swap(f.tensor("layers.0.weight_ih").shape[0], f.tensor("layers.0.weight_ih").shape[1]); });
  add("shape of another rank", [](Forge& f) { f.tensor("readout.bias").shape.push_back(1); });
  add("moments too short", [](Forge& f) {
    f.tensor("optimizer.moment0").data.resize(4);
    f.tensor("optimizer.moment0").shape = {1};
  });
  add("state too long", [](Forge& f) {
    f.tensor("state.values").data.resize(4000);
    f.tensor("state.values").shape = {1000};
  });
  const std::pair<const char*, const char*> vocabularies[]{
      {"no symbols", R"({"unit":"character","symbols":[],"unknown":false})"},
      {"symbols descending", R"({"unit":"character","symbols":[99,98,97],"unknown":false})"},
      {"a symbol twice", R"({"unit":"character","symbols":[97,97,98],"unknown":false})"},
      {"symbol beyond Unicode", R"({"unit":"character","symbols":[97,98,1114112],"unknown":false})"},
      {"symbol 2^32", R"({"unit":"character","symbols":[97,98,4294967395],"unknown":false})"},
      {"surrogate", R"({"unit":"character","symbols":[97,98,55296],"unknown":false})"},
      {"byte 256", R"({"unit":"byte","symbols":[97,98,256],"unknown":false})"},
      {"symbol fractional", R"({"unit":"character","symbols":[97,98,99.5],"unknown":false})"},
      {"symbols text", R"({"unit":"character","symbols":"abc","unknown":false})"},
      {"unknown number", R"({"unit":"character","symbols":[97,98,99],"unknown":1})"},
      {"unit word", R"({"unit":"word","symbols":[97,98,99],"unknown":false})"},
      {"one symbol more", R"({"unit":"character","symbols":[97,98,99],"unknown":true})"},
      {"key twice", R"({"unit":"character","symbols":[97,98,99],"unknown":false,"unit":"character"})"}};
  for (const auto& [name, text] : vocabularies)
    add(std::string("vocabulary: ") + name, [&, t = text](Forge& f) { f.metadata["vocabulary"] = t; });
  for (const char* key : {"step", "epoch", "cursor", "evaluated", "updates", "clock", "inputs", "best", "bad",
                          "reductions", "text", "validationLoss"})
    for (const char* value : {"null", "-7", "\"7\"", "1e300", "[]", "{}", "0.5"}) {
      const std::string k = key, v = value;
      const bool real = k == "best" || k == "validationLoss";
      if (real && v != "null" && v != "\"7\"" && v != "[]" && v != "{}") continue;  // any number may stand there
      add("progress: " + k + " = " + v, [&](Forge& f) {
        Json progress = Json::parse(f.metadata.at("progress"));
        progress[k] = Json::parse(v);
        f.metadata["progress"] = progress.dump();
      });
    }
  for (const char* text : {"", "[]", "7", "{}", "null", "{\"step\":1}"})
    add(std::string("progress ") + text, [&](Forge& f) { f.metadata["progress"] = text; });
  add("cursor beyond the text", [](Forge& f) { f.replace("progress", "\"cursor\":12", "\"cursor\":100000"); });
  add("too few inputs", [](Forge& f) {
    Json progress = Json::parse(f.metadata.at("progress"));
    progress["inputs"].erase(0);
    f.metadata["progress"] = progress.dump();
  });
  return files;
}

}  // namespace unfold::test
