import Settings

/// The reference page of the edge's configuration, made of what the settings say of themselves.
package enum ConfigurationReference {
    /// `docs/configuration.md`. The same on every machine.
    package static var page: String {
        // Defaults that depend on the machine are written in words, so these facts don't show.
        let surroundings = Surroundings(cores: 1, isRoot: false, environment: [:])
        return Self.introduction + EdgeProgramConfiguration.definition(surroundings).schema.reference
    }

    private static let introduction = """
        # Configuration of the edge

        <!-- Made by `portico-edge config --reference`. A test compares it; change the settings, not this page. -->

        Every setting has a default. A YAML file overrides defaults, environment variables override the file, flags
        override both. `portico-edge config` prints the configuration in force and where each value came from.

        The file is the one named with `--config` or `PORTICO_EDGE_CONFIG`, else `portico-edge.yml` in
        `$XDG_CONFIG_HOME` or `~/.config`, else `/etc/portico-edge.yml`; it need not be there. All of it is checked
        before anything starts: an unknown key, a key that stands twice and a wrong value are errors, told all at once
        with line and column.

        - Durations are whole numbers with `h`, `m`, `s`, `ms`: `500ms`, `10s`, `1m30s`.
        - Sizes are whole numbers with `B`, `KiB`, `MiB`, `GiB`.
        - A list is a YAML list in the file, or `a,b` anywhere; `none` is the empty list. A list of mappings is YAML
          everywhere.
        - A flag for a `true` or `false` needs no value, and `--no-…` is its opposite.
        - A key without a value and an empty variable are as if they weren't there.

        An edge that runs reads the file and its certificates again at SIGHUP and when `portico-edge reload` is run. All of
        it is checked first, and what is wrong changes nothing. No connection is closed. Of these settings and sections
        what changed is in force at once; a change of any other is named, and waits for a restart:

        \(LiveSettings.paths.map { "`\($0)`" }.joined(separator: ", ")).

        A small example:

        ```yaml
        base_domain: edge.example.com
        listeners:
          http: ":80"
          https: ":443"
        upstreams:
          - host: status.edge.example.com
            address: 127.0.0.1:3000
        ```


        """
}
