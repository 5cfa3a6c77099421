package import Portico

/// An endpoint that the command line or a configuration file asks for.
package struct EndpointDefinition: Sendable, Hashable {
    /// The name that people and logs call it by.
    package let name: String
    package let upstream: Upstream
    package let options: EndpointOptions

    package init(name: String, upstream: Upstream, options: EndpointOptions) {
        self.name = name
        self.upstream = upstream
        self.options = options
    }
}
