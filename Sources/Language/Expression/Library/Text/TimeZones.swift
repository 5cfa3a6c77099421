import Foundation
import Synchronization

/// Offsets of time zones, from the zone data that Foundation carries: the host's own zone and files play no part.
enum TimeZones {
    /// How many zones are kept, which is more than there are names in use.
    private static let maximumCount = 1024
    /// The longest name that is looked at.
    private static let maximumNameBytes = 64

    private static let zones = Mutex<[String: TimeZone]>([:])

    /// Seconds east of Greenwich at a moment, of `UTC`, `+hh:mm`, `-hh:mm`, `hh:mm`, or a zone of the IANA data base.
    static func offset(of name: String, at moment: Timestamp) throws(EvaluationError) -> Int64 {
        if name.isEmpty || name == "UTC" || name == "Z" { return 0 }
        var reader = DigitReader(name)
        let isWest = reader.take("-")
        let isSigned = isWest || reader.take("+")
        if let offset = reader.clock(), reader.isAtEnd { return isWest ? -offset : offset }
        guard !isSigned, let zone = self.zone(name) else { throw .invalid("unknown time zone: \(excerpt(name))") }
        return Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: TimeInterval(moment.seconds))))
    }

    private static func zone(_ name: String) -> TimeZone? {
        guard name.utf8.count <= self.maximumNameBytes else { return nil }
        return self.zones.withLock { zones in
            if let known = zones[name] { return known }
            // Foundation also takes abbreviations and offsets of its own form (`GMT+3`), which are no IANA names.
            guard let zone = TimeZone(identifier: name), self.isName(name) else { return nil }
            if zones.count >= self.maximumCount { zones = [:] }
            zones[name] = zone
            return zone
        }
    }

    /// Whether the text has the form of a name in the data base: `Europe/Berlin`, `EST5EDT`, `Etc/GMT+3`.
    private static func isName(_ name: String) -> Bool {
        !name.hasPrefix("GMT+") && !name.hasPrefix("GMT-")
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "+"),
                    UInt8(ascii: "/"):
                    true
                default:
                    false
                }
            }
    }
}
