/** Reading and writing safetensors in Python. */
export const safetensorsPy = String.raw`def read_safetensors(path):
    """Arrays by name, in the file's order, and the metadata."""
    data = Path(path).read_bytes()
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    metadata = header.pop("__metadata__", {})
    arrays = {}
    for name, entry in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
        begin, end = (8 + length + offset for offset in entry["data_offsets"])
        stored = {"F32": "<f4", "F16": "<f2"}[entry["dtype"]]
        arrays[name] = numpy.frombuffer(data[begin:end], stored).astype("<f4").reshape(entry["shape"])
    return arrays, metadata


def write_safetensors(path, arrays, metadata):
    header, offset = {"__metadata__": metadata}, 0
    for name, array in arrays.items():
        header[name] = {"dtype": "F32", "shape": list(array.shape), "data_offsets": [offset, offset + array.nbytes]}
        offset += array.nbytes
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    half_done = Path(f"{path}.part")
    with open(half_done, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for array in arrays.values():
            file.write(array.tobytes())
    half_done.replace(path)`;
