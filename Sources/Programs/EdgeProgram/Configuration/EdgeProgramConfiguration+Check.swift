import Addressing
import Settings

extension EdgeProgramConfiguration {
    /// What no single setting can tell.
    func check(_ settings: SettingsReader) {
        self.checkListeners(settings)
        if self.listeners.agents.isEmpty, self.listeners.https.isEmpty {
            settings.refuse("listeners.agents", "is none, and so is listeners.https: agents could not connect")
        }
        if self.upstreams.contains(where: { $0.hosts.contains(HostPattern(self.connectHost)) }) {
            settings.refuse("connect_host", "is the host of an upstream; agents need a name of their own")
        }
        if self.upstreams.contains(where: { $0.hosts.contains(HostPattern(self.logins.host)) }) {
            settings.refuse(
                "logins.host",
                "is the host of an upstream; logins need a name of their own to come back to"
            )
        }
        if self.logins.host == self.connectHost {
            settings.refuse("logins.host", "is connect_host; logins need a name of their own to come back to")
        }
    }

    private func checkListeners(_ settings: SettingsReader) {
        let listeners = [
            ("http", self.listeners.http), ("https", self.listeners.https), ("agents", self.listeners.agents),
            ("ssh", self.listeners.ssh),
            ("management", self.listeners.management), ("api", self.listeners.api),
            ("dashboard", self.listeners.dashboard),
        ]
        var taken: [(key: String, address: ListenAddress)] = []
        for (key, addresses) in listeners {
            // Any free port does where nobody must be told the number beforehand.
            if !["management", "api", "dashboard"].contains(key), addresses.contains(where: { $0.port == 0 }) {
                settings.refuse("listeners.\(key)", "has port 0; URLs and agents need one that is known")
            }
            for address in addresses where address.port != 0 {
                if let other = taken.first(where: { $0.address.overlaps(address) }) {
                    settings.refuse("listeners.\(key)", "has \(address), which listeners.\(other.key) has already")
                }
                if self.tcp.ports.contains(address.port) {
                    settings.refuse("listeners.\(key)", "has a port of tcp.ports; choose one outside that range")
                }
                taken.append((key, address))
            }
        }
    }
}

extension ListenAddress {
    /// Whether both can't be listened on at the same time.
    fileprivate func overlaps(_ other: ListenAddress) -> Bool {
        guard self.port == other.port else { return false }
        guard case .address(let one) = self, case .address(let two) = other else { return true }
        return one.ip == two.ip || one.ip.isUnspecified || two.ip.isUnspecified
    }
}
