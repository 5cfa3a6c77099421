import Addressing

/// The addresses and networks of one category, as a list says them.
///
/// A line has an address, a range as `192.0.2.0/24`, or the number of an autonomous system as `AS64496`. What stands
/// behind `#` or `;` is for people.
struct CategoryFeed: Sendable {
    let category: CategoryName
    private(set) var prefixes: [IPPrefix] = []
    private(set) var systems: [UInt32] = []

    /// Reads a whole list.
    ///
    /// - Throws: at the first line that is none of these.
    init(_ category: CategoryName, text: String) throws(CategoryError) {
        self.category = category
        var number = 0
        for line in text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            number += 1
            let entry = Self.entry(of: Substring(line))
            guard !entry.isEmpty else { continue }
            if let system = Self.system(entry) {
                self.systems.append(system)
            } else if let prefix = try? IPPrefix(parsing: entry) {
                // What exactly is wrong with an address is told by the text that the error shows.
                self.prefixes.append(prefix)
            } else {
                throw CategoryError(category: category, line: number, reason: .entry(String(entry.prefix(64))))
            }
        }
    }

    /// The line without what is for people, and without white space around it.
    private static func entry(of line: Substring) -> Substring {
        let end = line.utf8.firstIndex { $0 == UInt8(ascii: "#") || $0 == UInt8(ascii: ";") } ?? line.endIndex
        var entry = line[..<end].utf8
        while let first = entry.first, first <= 0x20 { entry = entry.dropFirst() }
        while let last = entry.last, last <= 0x20 { entry = entry.dropLast() }
        return Substring(entry)
    }

    private static func system(_ entry: Substring) -> UInt32? {
        let bytes = entry.utf8
        guard bytes.count > 2, bytes.prefix(2).map(\.lowercasedASCII) == Array("as".utf8) else { return nil }
        let digits = bytes.dropFirst(2)
        guard digits.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }) else { return nil }
        return UInt32(Substring(digits))
    }
}

/// A category's name: labels with points between them, the widest first, as `com.cloudflare.ipv4`.
struct CategoryName: Sendable, Hashable, CustomStringConvertible {
    let description: String

    /// - Returns: nil unless there are labels of letters, digits, `-` and `_`, together at most 128 bytes.
    init?(_ text: String) {
        let labels = text.pieces(separatedBy: .point)
        let isName = labels.allSatisfy { label in
            !label.isEmpty
                && label.utf8.allSatisfy { $0.isUnreserved && $0 != .point && $0 != UInt8(ascii: "~") }
        }
        guard isName, text.utf8.count <= 128 else { return nil }
        self.description = text
    }

    /// The categories that members of this one are in: `com`, `com.cloudflare`, `com.cloudflare.ipv4`.
    var withParents: [String] {
        let bytes = self.description.utf8
        let points = bytes.indices.filter { bytes[$0] == .point }
        return points.map { String(Substring(bytes[..<$0])) } + [self.description]
    }
}

/// Why the lists of categories cannot be used.
package struct CategoryError: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Reason: Sendable, Hashable {
        /// A line has neither an address, nor a range, nor the number of a system. The start of it.
        case entry(String)
        /// The file's name is no category's.
        case name(String)
        /// The folder or a file cannot be read, and why.
        case unreadable(String)
        /// More lists, or more bytes in one, than are read.
        case tooLarge(limit: Int)
    }

    let category: CategoryName?
    /// From 1; nil where no line is meant.
    package let line: Int?
    package let reason: Reason

    init(category: CategoryName? = nil, line: Int? = nil, reason: Reason) {
        self.category = category
        self.line = line
        self.reason = reason
    }

    /// In one line, with where it is and what to do.
    package var description: String {
        let list = self.category.map { "the list of \($0)" } ?? "the lists of categories"
        let place = self.line.map { "\(list), line \($0)" } ?? list
        switch self.reason {
        case .entry(let text):
            return "\(place): \"\(text)\" is no address, no range like 192.0.2.0/24 and no system like AS64496"
        case .name(let text): return "\(place): \"\(text)\" is no name of a category like com.example.crawler"
        case .unreadable(let words): return "\(place): cannot be read: \(words)"
        case .tooLarge(let limit): return "\(place): more than the \(limit) that are allowed"
        }
    }
}
