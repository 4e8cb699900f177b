{
  type = "server";
  deployment = {
    targetHost = "@address@";
    targetUser = "@user@";
    tags = [ @tags@ ];
  };
}
