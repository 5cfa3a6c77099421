/// The fields that both sides know beforehand, numbered from 1 (RFC 7541 Appendix A).
enum StaticTable {
    static let count = 61

    /// The entries' names and values one behind another, and where each begins.
    private static let packed = Packed()

    /// Name and value of an entry, 1 to `count`.
    static func withEntry<Result>(
        _ index: Int,
        _ body: (_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Result
    ) -> Result {
        let packed = Self.packed
        let place = packed.places[index - 1]
        return packed.bytes.withUnsafeBytes { bytes in
            body(
                UnsafeRawBufferPointer(rebasing: bytes[place.start..<place.valueStart]),
                UnsafeRawBufferPointer(rebasing: bytes[place.valueStart..<place.end])
            )
        }
    }

    /// The number of an entry with this name, letters of either case being equal; 0 where there is none.
    static func index(ofName name: UnsafeRawBufferPointer) -> Int {
        guard let first = name.first, let last = name.last else { return 0 }
        let packed = Self.packed
        var slot = Packed.hash(name.count, first | 0x20, last | 0x20)
        while true {
            let index = Int(packed.byName[slot])
            guard index > 0 else { return 0 }
            let place = packed.places[index - 1]
            if place.valueStart - place.start == name.count, packed.equals(place.start, name) { return index }
            slot = (slot + 1) & 255
        }
    }

    private struct Packed: Sendable {
        struct Place {
            var start: Int
            var valueStart: Int
            var end: Int
        }

        var bytes: [UInt8] = []
        var places: [Place] = []
        /// Open addressing by length, first and last letter; 0 in an empty slot.
        var byName = [UInt8](repeating: 0, count: 256)

        init() {
            for (name, value) in StaticTable.entries {
                let start = self.bytes.count
                self.bytes += name.utf8
                let valueStart = self.bytes.count
                self.bytes += value.utf8
                self.places.append(Place(start: start, valueStart: valueStart, end: self.bytes.count))
                let text = Array(name.utf8)
                guard let first = text.first, let last = text.last, !self.hasName(text) else { continue }
                var slot = Self.hash(text.count, first | 0x20, last | 0x20)
                while self.byName[slot] != 0 { slot = (slot + 1) & 255 }
                self.byName[slot] = UInt8(self.places.count)
            }
        }

        private func hasName(_ name: [UInt8]) -> Bool {
            self.places.dropLast().contains { Array(self.bytes[$0.start..<$0.valueStart]) == name }
        }

        static func hash(_ count: Int, _ first: UInt8, _ last: UInt8) -> Int {
            (count &* 37 &+ Int(first) &* 11 &+ Int(last)) & 255
        }

        func equals(_ start: Int, _ name: UnsafeRawBufferPointer) -> Bool {
            for index in 0..<name.count where self.bytes[start + index] != FieldName.lower(name[index]) { return false }
            return true
        }
    }

    private static let entries: [(String, String)] = [
        (":authority", ""), (":method", "GET"), (":method", "POST"), (":path", "/"), (":path", "/index.html"),
        (":scheme", "http"), (":scheme", "https"), (":status", "200"), (":status", "204"), (":status", "206"),
        (":status", "304"), (":status", "400"), (":status", "404"), (":status", "500"), ("accept-charset", ""),
        ("accept-encoding", "gzip, deflate"), ("accept-language", ""), ("accept-ranges", ""), ("accept", ""),
        ("access-control-allow-origin", ""), ("age", ""), ("allow", ""), ("authorization", ""), ("cache-control", ""),
        ("content-disposition", ""), ("content-encoding", ""), ("content-language", ""), ("content-length", ""),
        ("content-location", ""), ("content-range", ""), ("content-type", ""), ("cookie", ""), ("date", ""),
        ("etag", ""), ("expect", ""), ("expires", ""), ("from", ""), ("host", ""), ("if-match", ""),
        ("if-modified-since", ""), ("if-none-match", ""), ("if-range", ""), ("if-unmodified-since", ""),
        ("last-modified", ""), ("link", ""), ("location", ""), ("max-forwards", ""), ("proxy-authenticate", ""),
        ("proxy-authorization", ""), ("range", ""), ("referer", ""), ("refresh", ""), ("retry-after", ""),
        ("server", ""), ("set-cookie", ""), ("strict-transport-security", ""), ("transfer-encoding", ""),
        ("user-agent", ""), ("vary", ""), ("via", ""), ("www-authenticate", ""),
    ]
}
