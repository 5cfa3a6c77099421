/// Decodes what `compress` writes, as its manual tells it, with a table of whole phrases: slow, and nothing to hide.
struct LZWReference {
    private var phrases: [[UInt8]] = []
    private var previous: [UInt8]?
    private(set) var output: [UInt8] = []

    /// What the bytes stand for; nil where they are no such file.
    static func decode(_ bytes: [UInt8]) -> [UInt8]? {
        guard bytes.count >= 3, bytes[0] == 0x1F, bytes[1] == 0x9D, bytes[2] == 0x90 else { return nil }
        var decoder = LZWReference()
        return decoder.run(bytes[3...]) ? decoder.output : nil
    }

    private mutating func run(_ bytes: ArraySlice<UInt8>) -> Bool {
        var group = bytes.startIndex
        var width = 9
        self.clear()
        while group < bytes.endIndex {
            let count = min(width, bytes.endIndex - group) * 8 / width
            var nextWidth = width
            for index in 0..<min(8, count) {
                let code = Self.code(index, width, bytes, group)
                if code == 256 {
                    self.clear()
                    nextWidth = 9
                } else {
                    guard self.take(code) else { return false }
                    if self.phrases.count > 1 << width - 1, width < 16 { nextWidth = width + 1 }
                }
                if nextWidth != width || code == 256 { break }
            }
            group += width
            width = nextWidth
        }
        return true
    }

    private static func code(_ index: Int, _ width: Int, _ bytes: ArraySlice<UInt8>, _ group: Int) -> Int {
        (0..<width).reduce(0) { code, bit in
            let place = index * width + bit
            return code | Int(bytes[group + place / 8] >> (place % 8) & 1) << bit
        }
    }

    private mutating func clear() {
        self.phrases = (0...255).map { [$0] } + [[]]
        self.previous = nil
    }

    private mutating func take(_ code: Int) -> Bool {
        let phrase: [UInt8]
        if code < self.phrases.count {
            phrase = self.phrases[code]
        } else if code == self.phrases.count, let previous = self.previous {
            phrase = previous + previous.prefix(1)
        } else {
            return false
        }
        if let previous = self.previous, self.phrases.count < 1 << 16 {
            self.phrases.append(previous + phrase.prefix(1))
        }
        self.previous = phrase
        self.output += phrase
        return true
    }
}
