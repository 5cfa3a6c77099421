/// The head of a message of HTTP/1, read for people: leniently, and when it is asked for.
package struct MessageHead: Sendable {
    /// `GET /a HTTP/1.1`, or `HTTP/1.1 200 OK`; three parts, the last may be empty.
    package let startLine: (String, String, String)
    /// In the order of the message.
    package let fields: [(name: String, value: String)]

    init(_ head: some Collection<UInt8>) {
        let lines = Array(head).split(separator: 0x0A, omittingEmptySubsequences: true).map { line in
            String(decoding: line.last == 0x0D ? line.dropLast() : line, as: UTF8.self)
        }
        let parts = (lines.first ?? "").split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
            .map(String.init)
        self.startLine = (parts.first ?? "", parts.dropFirst().first ?? "", parts.dropFirst(2).first ?? "")
        self.fields = lines.dropFirst().compactMap { line in
            guard let colon = line.firstIndex(of: ":") else { return nil }
            let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
            return (String(line[..<colon]), String(value.reversed().drop { $0 == " " || $0 == "\t" }.reversed()))
        }
    }

    static func firstLine(_ head: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let line = head.prefix { $0 != 0x0A }
        return line.last == 0x0D ? line.dropLast() : line
    }

    /// The three digits of a status line.
    static func status(_ line: ArraySlice<UInt8>) -> Int? {
        var status = 0
        for byte in line.dropFirst(9).prefix(3) {
            guard byte >= 0x30, byte <= 0x39 else { return nil }
            status = status * 10 + Int(byte - 0x30)
        }
        return status
    }
}
