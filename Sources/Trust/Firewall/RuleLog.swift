/// Reads the lines that the engine writes for rules that have matched.
///
///     ModSecurity: Warning. Matched "… (Value: `…' ) [file "…"] [line "…"] [id "942100"] [rev "…"] [msg "…"] [data "…"]
///     [severity "2"] …
///
/// Bytes that don't print are written as `\xNN`, and so are quotes and backslashes in `rev` and `data`.
struct RuleLog {
    /// A line, with what it says.
    struct Entry: Equatable {
        let id: Int
        let message: String
        let data: String
        let severity: Int
    }

    let mark: RuleMark

    /// - Returns: nil where the line is none of a marked rule.
    func entry(in line: Substring) -> Entry? {
        guard let found = line.firstRange(of: self.mark.text) else { return nil }
        var rest = line[found.upperBound...]
        guard let name = rest.take(until: "\"]") else { return nil }
        let id: Int
        if let own = Int(name) {
            id = own
        } else {
            guard rest.take(until: "[id \"") != nil, let number = rest.take(until: "\"]"), let read = Int(number) else {
                return nil
            }
            id = read
        }
        guard rest.take(until: "[msg \"") != nil,
            let message = rest.take(until: "\"] [data \""),
            let data = rest.take(until: "\"] [severity \""),
            let severity = rest.take(until: "\"]").flatMap({ Int($0) })
        else { return nil }
        return Entry(id: id, message: message.unescaped, data: data.unescaped, severity: severity)
    }
}

extension Substring {
    /// Takes what stands before `mark`, and the mark away. Nil, with nothing taken, where it isn't there.
    fileprivate mutating func take(until mark: String) -> Substring? {
        guard let found = self.firstRange(of: mark) else { return nil }
        let taken = self[..<found.lowerBound]
        self = self[found.upperBound...]
        return taken
    }

    /// With `\xNN` as the bytes that it stands for.
    fileprivate var unescaped: String {
        guard self.utf8.contains(UInt8(ascii: "\\")) else { return String(self) }
        let bytes = Array(self.utf8)
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "\\"), index + 3 < bytes.count, bytes[index + 1] == UInt8(ascii: "x"),
                let value = UInt8(String(decoding: bytes[index + 2...index + 3], as: UTF8.self), radix: 16)
            {
                result.append(value)
                index += 4
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}

extension StringProtocol where SubSequence == Substring {
    /// Where `text` first stands, by bytes.
    fileprivate func firstRange(of text: String) -> Range<String.Index>? {
        let wanted = text.utf8
        guard let first = wanted.first else { return nil }
        var start = self.utf8.startIndex
        while let candidate = self.utf8[start...].firstIndex(of: first) {
            if self.utf8[candidate...].starts(with: wanted) {
                return candidate..<self.utf8.index(candidate, offsetBy: wanted.count)
            }
            start = self.utf8.index(after: candidate)
        }
        return nil
    }
}
