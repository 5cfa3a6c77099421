/// Newer RE2 takes `(?<name>...)` beside `(?P<name>...)`, as Go's `regexp` does; the one of Debian takes the latter alone.
enum NamedGroups {
    /// The pattern with every group's name written in the form that each RE2 knows.
    static func portable(_ pattern: String) -> String {
        guard pattern.utf8.contains(UInt8(ascii: "<")) else { return pattern }
        var result: [UInt8] = []
        var rest = Array(pattern.utf8)[...]
        var isInClass = false
        while let byte = rest.popFirst() {
            result.append(byte)
            switch byte {
            case UInt8(ascii: "\\"):
                guard let escaped = rest.popFirst() else { break }
                result.append(escaped)
                // Up to `\E`, everything is literal.
                guard escaped == UInt8(ascii: "Q"), !isInClass else { break }
                while !rest.isEmpty, !rest.starts(with: #"\E"#.utf8) { result.append(rest.removeFirst()) }
            case UInt8(ascii: "[") where !isInClass:
                isInClass = true
                // A bracket that stands first is one of the characters.
                if rest.first == UInt8(ascii: "^") { result.append(rest.removeFirst()) }
                if rest.first == UInt8(ascii: "]") { result.append(rest.removeFirst()) }
            case UInt8(ascii: "[") where rest.first == UInt8(ascii: ":"):
                // `[:alpha:]`, whose bracket ends no class.
                while !rest.isEmpty, !rest.starts(with: ":]".utf8) { result.append(rest.removeFirst()) }
                result += rest.prefix(2)
                rest = rest.dropFirst(2)
            case UInt8(ascii: "]"): isInClass = false
            case UInt8(ascii: "(") where !isInClass && rest.starts(with: "?<".utf8):
                // `(?<=` and `(?<!` look behind, which RE2 doesn't.
                guard let next = rest.dropFirst(2).first, next != UInt8(ascii: "="), next != UInt8(ascii: "!") else {
                    break
                }
                result += "?P<".utf8
                rest.removeFirst(2)
            default: break
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
