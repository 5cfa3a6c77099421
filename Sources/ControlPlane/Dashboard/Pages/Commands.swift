/// What people type, with the names of this edge.
enum Commands {
    static func http(_ request: PageRequest) -> String {
        "portico http 80\(Self.connection(request))"
    }

    /// How an agent finds this edge, and trusts it.
    static func connection(_ request: PageRequest) -> String {
        let surroundings = request.parts.configuration.surroundings
        let trust = surroundings.authorityFile == nil ? "" : " --connect-cas ca.pem"
        return " --connect-url \(surroundings.connectAddress)\(trust)"
    }
}
