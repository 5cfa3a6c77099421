package import Addressing

/// Knows where addresses are used and whose they are: databases of geography and networks, lists of categories.
package protocol AddressDirectory: Sendable {
    /// Nil where nothing is known of the address.
    func origin(of address: IPAddress) -> AddressOrigin?
}

/// What is known of an address (`spec/expressions.md` 4.2, 4.3). What is not known is empty.
package struct AddressOrigin: Sendable, Hashable {
    /// Where it is used.
    package var location = Place()
    /// Where it is registered.
    package var registration = Place()
    /// The number of its autonomous system; nil where that is not known.
    package var systemNumber: UInt32?
    package var systemOrganization = ""
    /// Names with points, each with all of its prefixes: `com`, `com.cloudflare`, `com.cloudflare.ipv4`.
    package var categories: [String] = []

    package init() {}

    package struct Place: Sendable, Hashable {
        /// English names; numbers as texts.
        package var city = ""
        package var continent = ""
        package var country = ""
        /// ISO 3166-1 alpha-2.
        package var countryCode = ""
        package var latitude = ""
        package var longitude = ""
        package var metroCode = ""
        package var postalCode = ""
        /// Kilometres.
        package var radius = ""
        package var subdivision = ""
        package var timeZone = ""
        package var isInEU = false

        package init() {}
    }
}
