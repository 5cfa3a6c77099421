/// Cuts a stream into lines of bounded length. A watch is one: an event a line.
struct LineSplitter {
    /// An object has 1.5 MB in etcd at most; as JSON, with what the server adds, not four times that.
    static let longest = 8 << 20

    private var rest: [UInt8] = []
    private let limit: Int

    init(limit: Int = Self.longest) {
        self.limit = limit
    }

    /// The lines that end in `bytes`, empty ones left out. What does not end is kept.
    ///
    /// - Throws: where a line is longer than the bound; nothing is kept then.
    mutating func lines(adding bytes: some Sequence<UInt8>) throws(ClusterError) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        for byte in bytes {
            guard byte == UInt8(ascii: "\n") else {
                guard self.rest.count < self.limit else {
                    self.rest = []
                    throw .tooLarge("\(self.limit) bytes in one event")
                }
                self.rest.append(byte)
                continue
            }
            if !self.rest.isEmpty { lines.append(self.rest) }
            self.rest = []
        }
        return lines
    }
}
