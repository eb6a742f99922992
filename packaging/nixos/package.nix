# The jar, its launcher, its unit, manual pages and completion. The jar is built before, with
# 'mvn -B -DskipTests package': Maven's dependencies are no part of this.
{ stdenvNoCC, jdk17_headless, makeWrapper, installShellFiles, coreutils, jar }:

stdenvNoCC.mkDerivation {
  pname = "healing";
  version = "0.1.0";
  src = ../.;
  nativeBuildInputs = [ makeWrapper installShellFiles ];
  dontBuild = true;

  installPhase = ''
    runHook preInstall
    install -D -m 644 ${jar} $out/lib/healing/healing.jar
    install -D -m 755 healing $out/libexec/healing
    makeWrapper $out/libexec/healing $out/bin/healing \
      --set-default HEALING_JAVA ${jdk17_headless}/bin/java \
      --prefix PATH : ${coreutils}/bin
    install -D -m 644 healing.service $out/lib/systemd/system/healing.service
    substituteInPlace $out/lib/systemd/system/healing.service \
      --replace /usr/bin/healing $out/bin/healing
    $out/bin/healing man man && installManPage man/*.1
    $out/bin/healing completion >healing.bash && installShellCompletion --cmd healing --bash healing.bash
    substitute zsh-completion _healing \
      --replace /usr/share/bash-completion/completions/healing $out/share/bash-completion/completions/healing.bash
    installShellCompletion --zsh _healing
    runHook postInstall
  '';

  meta = {
    description = "A self-healing system for Linux hosts";
    mainProgram = "healing";
    platforms = [ "x86_64-linux" "aarch64-linux" ];
  };
}
