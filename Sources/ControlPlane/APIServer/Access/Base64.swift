import Foundation

/// RFC 4648 4.
enum Base64 {
    /// - Returns: nil when `text` is no base64 with its padding.
    static func decode(_ text: some StringProtocol) -> [UInt8]? {
        Data(base64Encoded: String(text)).map { Array($0) }
    }
}
