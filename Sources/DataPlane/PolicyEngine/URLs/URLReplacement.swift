import Expression
import LinearRegex
import Model
import TrafficPolicy

/// What `redirect` and `url-rewrite` make of the request's URL (`spec/traffic-policy.md` 4.18).
struct URLReplacement: Sendable {
    /// What a pattern is, once compiled or each time that its parts are known.
    private enum Pattern: Sendable {
        case whole
        case fixed(LinearRegex)
        case made(TemplateProgram)
    }

    private enum Replacement: Sendable {
        case fixed(ReplacementTemplate)
        case made(TemplateProgram)
    }

    struct Result {
        /// The texts that the pattern matched, in order.
        let matches: [String]
        /// The URL that comes of it, illegal characters encoded. Where the whole URL is replaced, it may be a reference.
        let url: String
    }

    /// The longest URL that may come of it, in bytes.
    private static let longestURL = 16 << 10

    private let from: Pattern
    private let to: Replacement

    init(from: TemplateSource?, to: TemplateSource, _ place: ActionPlace) throws(PolicyProblem) {
        if let from {
            self.from = try Self.pattern(from, place)
        } else {
            self.from = .whole
        }
        let template = try place.template(to)
        self.to = template.plainText.map { .fixed(ReplacementTemplate($0)) } ?? .made(template)
    }

    private static func pattern(_ source: TemplateSource, _ place: ActionPlace) throws(PolicyProblem) -> Pattern {
        let template = try place.template(source)
        guard let text = template.plainText else { return .made(template) }
        do throws(LinearRegexError) {
            return .fixed(try LinearRegex(text))
        } catch {
            throw PolicyProblem(.policyPattern, at: source.position, path: place.path, error.problem)
        }
    }

    /// What comes of the exchange's URL; nil where the pattern matches nothing in it.
    ///
    /// - Throws: where a part has no value, or what comes of it is no pattern or too long.
    func apply(on exchange: Exchange) throws(ActionError) -> Result? {
        // All that an action interpolates is evaluated before it acts, in the order of the document.
        let regex = try self.regex(on: exchange)
        let replacement = try self.replacement(on: exchange)
        let target = exchange.request.target
        let subject = target.url
        let bytes = Array(subject.utf8)
        guard let regex else {
            var output: [UInt8] = []
            let whole = LinearRegex.Match(groups: [0..<bytes.count])
            replacement.expand(whole, of: Self.anything, in: bytes, to: &output, limit: Self.longestURL) {
                target.legacyVariable($0)
            }
            return Result(matches: [subject], url: try Self.encoded(output))
        }
        var matches: [String] = []
        var output: [UInt8] = []
        var position = 0
        for match in regex.allMatches(in: bytes) {
            matches.append(String(decoding: bytes[match.range], as: UTF8.self))
            output += bytes[position..<match.range.lowerBound]
            replacement.expand(match, of: regex, in: bytes, to: &output, limit: Self.longestURL) {
                target.legacyVariable($0)
            }
            position = match.range.upperBound
            guard output.count <= Self.longestURL else { throw Self.tooLong }
        }
        guard !matches.isEmpty else { return nil }
        return Result(matches: matches, url: try Self.encoded(output + bytes[position...]))
    }

    /// Stands for the pattern where there is none: it has no groups. Matches everything, and is never searched with.
    private static let anything: LinearRegex = {
        guard let regex = try? LinearRegex("") else { preconditionFailure("the empty pattern compiles") }
        return regex
    }()

    private func regex(on exchange: Exchange) throws(ActionError) -> LinearRegex? {
        switch self.from {
        case .whole: return nil
        case .fixed(let regex): return regex
        case .made(let template):
            let pattern = try exchange.interpolate(template)
            guard !pattern.isEmpty else { return nil }
            do throws(LinearRegexError) {
                return try LinearRegex(pattern)
            } catch {
                throw ActionError(
                    .policyPattern,
                    "A pattern that this endpoint's policy made is no regular expression.",
                    detail: error.problem
                )
            }
        }
    }

    private func replacement(on exchange: Exchange) throws(ActionError) -> ReplacementTemplate {
        switch self.to {
        case .fixed(let replacement): replacement
        case .made(let template): ReplacementTemplate(try exchange.interpolate(template))
        }
    }

    private static let tooLong = ActionError(
        .policyURLBroken,
        "A URL that this endpoint's policy made is too long.",
        detail: "more than \(longestURL) bytes"
    )

    private static func encoded(_ bytes: [UInt8]) throws(ActionError) -> String {
        let url = URLCharacters.encoded(bytes)
        guard url.utf8.count <= Self.longestURL else { throw Self.tooLong }
        return url
    }
}

/// The characters that a URL may have (RFC 3986 §2).
enum URLCharacters {
    /// The URL with every other byte as `%XX`; escapes that are there stay.
    static func encoded(_ bytes: [UInt8]) -> String {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        for (index, byte) in bytes.enumerated() {
            let isEscape =
                byte == .percent && index + 2 < bytes.count && UInt8(hex: bytes[index + 1], bytes[index + 2]) != nil
            if isEscape || byte.isUnreserved || byte.isReserved {
                result.append(byte)
            } else {
                result += [.percent, Self.digits[Int(byte >> 4)], Self.digits[Int(byte & 15)]]
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static let digits = Array("0123456789ABCDEF".utf8)
}

extension UInt8 {
    /// RFC 3986 §2.2.
    fileprivate var isReserved: Bool {
        switch self {
        case UInt8(ascii: ":"), .slash, UInt8(ascii: "?"), UInt8(ascii: "#"), UInt8(ascii: "["), UInt8(ascii: "]"),
            UInt8(ascii: "@"), UInt8(ascii: "!"), UInt8(ascii: "$"), UInt8(ascii: "&"), UInt8(ascii: "'"),
            UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: ","),
            UInt8(ascii: ";"), UInt8(ascii: "="):
            true
        default: false
        }
    }
}

extension RequestTarget {
    /// What older policies write in replacements, for names that the pattern has no group of; nil for all others.
    func legacyVariable(_ name: String) -> String? {
        switch name {
        case "scheme": self.scheme
        case "host": self.host
        case "port": self.port.map { "\($0)" } ?? ""
        case "authority": self.authority
        case "user": self.userInformation
        case "is_user": self.userInformation.isEmpty ? "" : "@"
        case "uri": self.uri
        case "args", "query_string": self.query ?? ""
        case "is_args": self.query == nil ? "" : "?"
        default:
            if name.hasPrefix("arg_") {
                QueryParameters.pairs(self.query ?? "").first { $0.name == name.dropFirst("arg_".count) }?.value ?? ""
            } else {
                nil
            }
        }
    }
}
