/// The bytes of one input, and where to cut them: the cuts come out of the input itself, so that a failure repeats.
package struct FuzzInput {
    package let bytes: [UInt8]
    /// Lengths of pieces, one after the other, around again when they run out; at least 1 each.
    private let cuts: [Int]

    /// The first byte says how many of the following ones are lengths of pieces.
    package init(_ all: some Collection<UInt8>) {
        let cutCount = min(Int(all.first ?? 0) & 7, max(all.count - 1, 0))
        self.cuts = all.dropFirst().prefix(cutCount).map { Int($0) + 1 }
        self.bytes = Array(all.dropFirst(1 + cutCount))
    }

    /// The bytes in pieces.
    package var pieces: [ArraySlice<UInt8>] {
        var pieces: [ArraySlice<UInt8>] = []
        var rest = self.bytes[...]
        while !rest.isEmpty {
            let length = self.cuts.isEmpty ? rest.count : self.cuts[pieces.count % self.cuts.count]
            pieces.append(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
        return pieces
    }
}
