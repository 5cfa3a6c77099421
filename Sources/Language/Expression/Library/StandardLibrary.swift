/// Every function and method that expressions have without a host: CEL's own, its extensions and this dialect's. Macros are
/// the parser's, operators the planner's.
package enum StandardLibrary {
    package static let functions: [FunctionDeclaration] =
        [
            core, strings, conversions, times, lists, math, optionals, encoders, json, hashes, networks, paths, urls,
            chance,
        ].flatMap { $0 }
}
