import Addressing
import CMaxMindDB
import Glibc

/// One database of what is known of addresses, in MaxMind's format: cities, countries or networks.
///
/// It is a copy in memory that never changes: a look-up waits for no disk, and a file that is replaced or cut short
/// while the process runs does no harm.
package final class GeographyDatabase: Sendable {
    // Safe on every thread: the library only reads an open database, which is closed when nobody has it any more.
    private nonisolated(unsafe) let database: UnsafeMutablePointer<MMDB_s>

    /// The largest file that is loaded, in bytes.
    package static let maximumFileBytes = 1 << 30

    /// Loads a file.
    ///
    /// - Throws: ``GeographyError`` where it can't be read, or is no such database.
    package init(path: String) throws(GeographyError) {
        let database = UnsafeMutablePointer<MMDB_s>.allocate(capacity: 1)
        database.initialize(to: MMDB_s())
        let status = cmaxminddb_open_copy(path, Self.maximumFileBytes, database)
        guard status == MMDB_SUCCESS else {
            let isOfFile = status == MMDB_FILE_OPEN_ERROR || status == MMDB_IO_ERROR
            let words: UnsafePointer<CChar>? = isOfFile ? UnsafePointer(strerror(errno)) : MMDB_strerror(status)
            let reason = words.map { String(cString: $0) } ?? "error \(status)"
            database.deallocate()
            throw GeographyError(path: path, reason: reason)
        }
        self.database = database
    }

    deinit {
        MMDB_close(self.database)
        self.database.deallocate()
    }

    /// What kind of database it says that it is, as in `GeoLite2-City`.
    package var kind: String { self.database.pointee.metadata.database_type.map { String(cString: $0) } ?? "" }

    /// Adds what this database knows of the address to what is known already.
    func add(_ address: IPAddress, to origin: inout AddressOrigin) -> Bool {
        let octets = address.octets
        var entry = MMDB_entry_s()
        guard cmaxminddb_find(self.database, octets, octets.count, &entry) else { return false }
        var record = Record(entry: entry)
        record.fill(&origin)
        return true
    }
}

/// Why there is no database.
package struct GeographyError: Error, Hashable, CustomStringConvertible {
    package let path: String
    package let reason: String

    package var description: String { "\(self.path) is no database of addresses that can be read: \(self.reason)" }
}

/// What a database says of one network.
private struct Record {
    var entry: MMDB_entry_s

    mutating func fill(_ origin: inout AddressOrigin) {
        self.set(&origin.location.city, "city.names.en")
        self.set(&origin.location.continent, "continent.names.en")
        self.set(&origin.location.country, "country.names.en")
        self.set(&origin.location.countryCode, "country.iso_code")
        self.set(&origin.location.latitude, "location.latitude")
        self.set(&origin.location.longitude, "location.longitude")
        self.set(&origin.location.metroCode, "location.metro_code")
        self.set(&origin.location.postalCode, "postal.code")
        self.set(&origin.location.radius, "location.accuracy_radius")
        self.set(&origin.location.subdivision, "subdivisions.0.names.en")
        self.set(&origin.location.timeZone, "location.time_zone")
        self.set(&origin.location.isInEU, "country.is_in_european_union")
        self.set(&origin.registration.country, "registered_country.names.en")
        self.set(&origin.registration.countryCode, "registered_country.iso_code")
        self.set(&origin.registration.isInEU, "registered_country.is_in_european_union")
        self.set(&origin.systemOrganization, "autonomous_system_organization")
        if let value = self.value("autonomous_system_number"), let number = value.number {
            origin.systemNumber = UInt32(clamping: number)
        }
    }

    private mutating func set(_ text: inout String, _ path: String) {
        if let value = self.value(path)?.text { text = value }
    }

    private mutating func set(_ flag: inout Bool, _ path: String) {
        if let value = self.value(path), Int32(value.type) == MMDB_DATA_TYPE_BOOLEAN {
            flag = withUnsafePointer(to: value, cmaxminddb_bool)
        }
    }

    private mutating func value(_ path: String) -> MMDB_entry_data_s? {
        var value = MMDB_entry_data_s()
        return cmaxminddb_value(&self.entry, path, &value) ? value : nil
    }
}

extension MMDB_entry_data_s {
    fileprivate var number: UInt64? {
        switch Int32(self.type) {
        case MMDB_DATA_TYPE_UINT16, MMDB_DATA_TYPE_UINT32, MMDB_DATA_TYPE_UINT64:
            withUnsafePointer(to: self, cmaxminddb_unsigned)
        default: nil
        }
    }

    /// Texts as they are; numbers as a person writes them. Nil for other types.
    fileprivate var text: String? {
        if let number = self.number { return String(number) }
        switch Int32(self.type) {
        case MMDB_DATA_TYPE_UTF8_STRING:
            let start = withUnsafePointer(to: self, cmaxminddb_text)
            return String(decoding: UnsafeRawBufferPointer(start: start, count: Int(self.data_size)), as: UTF8.self)
        case MMDB_DATA_TYPE_DOUBLE:
            let text = String(withUnsafePointer(to: self, cmaxminddb_double))
            return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
        default:
            return nil
        }
    }
}
