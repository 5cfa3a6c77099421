/// The version of everything in this package: agent, library and edge are released together.
package enum ProductVersion {
    /// After Semantic Versioning 2.0.0.
    package static let current = "0.1.0"
}
