package import Addressing

/// What several databases know together: one of cities, say, and one of networks.
package struct GeographyDirectory: AddressDirectory {
    private let databases: [GeographyDatabase]

    /// Where two know the same, the later one counts.
    package init(_ databases: [GeographyDatabase]) {
        self.databases = databases
    }

    package func origin(of address: IPAddress) -> AddressOrigin? {
        var origin = AddressOrigin()
        var isKnown = false
        for database in self.databases where database.add(address, to: &origin) {
            isKnown = true
        }
        return isKnown ? origin : nil
    }
}
