internal import Foundation
internal import Store

/// One value for a `$n` of a statement.
enum Parameter {
    case text(String)
    case number(Int64)
    case bytes(Data)
    case null

    init(_ text: String?) {
        self = text.map(Parameter.text) ?? .null
    }

    init(_ revision: Revision) {
        self = .number(revision.number)
    }

    /// As it is sent; nil for NULL. A zero that is not counted stands at the end: it ends a text, and gives empty bytes
    /// an address, without which libpq takes them for NULL.
    var encoded: (bytes: [UInt8], count: Int)? {
        switch self {
        case .text(let text): (Array(text.utf8) + [0], text.utf8.count)
        case .number(let number): Self.text("\(number)").encoded
        case .bytes(let data): (Array(data) + [0], data.count)
        case .null: nil
        }
    }

    /// 1 for bytes as they are, 0 for text.
    var format: Int32 {
        if case .bytes = self { 1 } else { 0 }
    }
}
