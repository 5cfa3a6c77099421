import Foundation

/// A date as HTTP writes it, read by Foundation.
package enum HTTPDateText {
    /// Seconds since 1970; nil where `text` is no such date, or more than that.
    package static func seconds(_ text: String) -> Int64? {
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.timeZone = TimeZone(secondsFromGMT: 0)
        format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        guard let date = format.date(from: text), format.string(from: date) == text else { return nil }
        return Int64(date.timeIntervalSince1970)
    }
}
